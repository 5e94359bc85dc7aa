"""The network between the lab's parts: security groups, and what they keep out."""
