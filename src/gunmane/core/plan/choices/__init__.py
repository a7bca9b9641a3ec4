"""The plan's decisions in words: inputs, rule with source, proposal, alternatives, reason, what 20 % would change."""
