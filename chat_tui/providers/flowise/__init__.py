"""Flowise: chatflows, agent flows and their approvals."""
