"""The AWS API: moto answers, and what it says is made true by the physics put under it."""
