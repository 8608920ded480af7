"""The start page by role and the inbox: what waits for me, then numbers that open their lists, then today.

It owns no facts and no rows. Everything on it comes from what the features registered with the frame
(`sinergi.web.navigation`), so it never knows more than the person may see.
"""
