"""A document as something written: its prose, its anchors, what kind of document it is."""
