data "aws_caller_identity" "current" {}

data "archive_file" "warmer" {
  type        = "zip"
  source_dir  = "${path.module}/../../dist/function"
  output_path = "${path.root}/.terraform/${var.name}.zip"
}

resource "aws_lambda_function" "warmer" {
  function_name    = var.name
  description      = "Keeps functions warm: sends pings to the targets of its event"
  filename         = data.archive_file.warmer.output_path
  source_code_hash = data.archive_file.warmer.output_base64sha256
  handler          = "index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = var.timeout_seconds
  role             = aws_iam_role.warmer.arn

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.warmer.name
  }

  environment {
    # The warmer takes an empty one for none.
    variables = { MIDGUARD_WARM_NAMESPACE = var.metric_namespace }
  }

  depends_on = [aws_iam_role_policy.warm]
}

# Schedules invoke asynchronously, so these rules of the queue count beside the schedule's own.
resource "aws_lambda_function_event_invoke_config" "warmer" {
  function_name                = aws_lambda_function.warmer.function_name
  qualifier                    = "$LATEST"
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_cloudwatch_log_group" "warmer" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "lambda_assumes" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "warmer" {
  name               = var.name
  description        = "Invokes the functions that the warmer keeps warm"
  assume_role_policy = data.aws_iam_policy_document.lambda_assumes.json
}

data "aws_iam_policy_document" "warm" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.warmer.arn}:*"]
  }

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = local.invoke_arns
  }

  dynamic "statement" {
    for_each = length(local.alias_function_arns) > 0 ? [local.alias_function_arns] : []

    content {
      actions   = ["lambda:GetAlias"]
      resources = statement.value
    }
  }
}

resource "aws_iam_role_policy" "warm" {
  name   = "warm"
  role   = aws_iam_role.warmer.id
  policy = data.aws_iam_policy_document.warm.json
}

resource "aws_scheduler_schedule" "warmer" {
  name                = var.name
  description         = "Invokes the warmer with the functions to keep warm"
  schedule_expression = var.schedule_expression

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = var.window_minutes
  }

  target {
    arn      = aws_lambda_function.warmer.arn
    role_arn = aws_iam_role.schedule.arn
    input    = local.input

    # No retries: the next run is at most one period away.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }

  depends_on = [aws_iam_role_policy.invoke]
}

data "aws_iam_policy_document" "scheduler_assumes" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "schedule" {
  name               = "${var.name}-schedule"
  description        = "Invokes the warmer"
  assume_role_policy = data.aws_iam_policy_document.scheduler_assumes.json
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.warmer.arn]
  }
}

resource "aws_iam_role_policy" "invoke" {
  name   = "invoke"
  role   = aws_iam_role.schedule.id
  policy = data.aws_iam_policy_document.invoke.json
}
