"""The two services that read from Kafka."""
