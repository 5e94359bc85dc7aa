"""The door: the only room through which anything outside is read or changed."""
