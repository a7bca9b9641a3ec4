"""Sends what the outbox holds: mail, webhooks; reads notices of failed delivery."""
