output "function_arn" {
  description = "The warmer function."
  value       = aws_lambda_function.warmer.arn
}

output "log_group_name" {
  description = "The log of the warmer function, with a line of JSON for each target of each run."
  value       = aws_cloudwatch_log_group.warmer.name
}
