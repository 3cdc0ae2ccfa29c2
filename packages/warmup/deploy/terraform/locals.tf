locals {
  # Fields that are not set are left out: the warmer has the defaults.
  targets = [
    for target in var.targets : {
      for field, value in {
        functionName       = split(":", target.function_arn)[6]
        qualifier          = target.alias != null ? target.alias : target.version
        concurrency        = target.concurrency
        payload            = target.payload == null ? null : jsondecode(target.payload)
        tenantId           = target.tenant_id
        invocationType     = target.invocation_type
        skipIfUsedWithinMs = target.skip_if_used_within_ms
      } : field => value if value != null
    }
  ]

  input = jsonencode({ targets = local.targets })

  # The versions behind an alias are known at run time only.
  invoke_arns = distinct([
    for target in var.targets : (
      target.alias != null ? "${target.function_arn}:*" :
      target.version != null ? "${target.function_arn}:${target.version}" : target.function_arn
    )
  ])

  alias_function_arns = distinct([for target in var.targets : target.function_arn if target.alias != null])
}
