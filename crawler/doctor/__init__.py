"""`pilkada doctor`: what is wrong with this installation, each with what helps; nothing is changed by looking."""
