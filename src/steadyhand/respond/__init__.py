"""Alarms become incidents: who is told, what is read, which remedy is proposed, what is written.

Pure, but for two small doers: `evidence.gather` reads through a world, `notices.deliver` delivers.
"""
