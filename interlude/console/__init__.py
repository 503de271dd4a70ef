"""What clinicians see and do: server-rendered pages (reads), moves (changes, through the desk), login."""
