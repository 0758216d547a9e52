"""What the checks are made of.

company: the company of the statement, and the environments that an answer gives it.
tunnels: what is known of tunnels and relays.
routes: the way of an event, from Clerk's instance to an app and its database.
costs: what the environments cost, line by line.
limits: what plans and tunnels allow.
"""
