terraform {
  required_version = ">= 1.5"

  required_providers {
    # The release that documents the runtime nodejs24.x.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.20"
    }
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.4"
    }
  }
}
