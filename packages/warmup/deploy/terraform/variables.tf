variable "name" {
  description = "Name of the warmer function, its schedule, its log group and its roles; unique in the account and the region."
  type        = string
  default     = "midguard-warmer"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,55}$", var.name))
    error_message = "Give a name of 1 to 55 letters, digits, hyphens and underscores."
  }
}

variable "targets" {
  description = "The functions to keep warm. function_arn has no qualifier; alias or version may stand beside it. payload is JSON text."
  type = list(object({
    function_arn           = string
    alias                  = optional(string)
    version                = optional(string)
    concurrency            = optional(number)
    payload                = optional(string)
    tenant_id              = optional(string)
    invocation_type        = optional(string)
    skip_if_used_within_ms = optional(number)
  }))

  validation {
    condition     = length(var.targets) > 0
    error_message = "Give at least one target."
  }

  validation {
    condition     = alltrue([for target in var.targets : can(regex("^arn:[^:]+:lambda:[^:]+:\\d+:function:[^:]+$", target.function_arn))])
    error_message = "Each function_arn must be the ARN of a function, without a qualifier."
  }

  validation {
    condition     = alltrue([for target in var.targets : target.alias == null || target.version == null])
    error_message = "A target has an alias or a version, not both."
  }
}

variable "schedule_expression" {
  description = "When to warm them."
  type        = string
  default     = "rate(5 minutes)"
}

variable "window_minutes" {
  description = "Each run begins at a time within this many minutes, so that schedules spread."
  type        = number
  default     = 1
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the warmer's metrics; without one it writes log lines only."
  type        = string
  default     = ""
}

variable "timeout_seconds" {
  description = "How long one run may take."
  type        = number
  default     = 60
}

variable "log_retention_days" {
  description = "How long the warmer's log is kept."
  type        = number
  default     = 14
}
