"""How the schema came to be. A release brings its own steps: those of later ones it cannot know."""
