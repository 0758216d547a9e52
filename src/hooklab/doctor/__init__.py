"""What is wrong with an app that does not take its webhooks: found from outside, and explained."""
