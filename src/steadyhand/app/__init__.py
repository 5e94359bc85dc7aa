"""Every use of Steadyhand, one function each, by subject. The skins above only parse and print."""
