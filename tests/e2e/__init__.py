"""The whole program against real servers and real terminals."""
