"""Conversations that are talked in, on real files and real sockets."""
