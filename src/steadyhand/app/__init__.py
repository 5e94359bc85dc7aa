"""Every use of Steadyhand, one function each, by noun. The skins above only parse and print."""
