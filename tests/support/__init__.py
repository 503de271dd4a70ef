"""What tests of the app share: real databases, a clock, and the people of a clinic with verbs."""
