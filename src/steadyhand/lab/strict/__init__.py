"""What AWS refuses and moto lets through, by service: rules over requests, before they are done."""
