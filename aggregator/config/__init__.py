"""The configuration: feeds.yaml and AGGREGATOR_* variables, found, read, validated and edited."""
