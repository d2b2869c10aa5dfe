"""What happens in an auction: scheduling, offers, time, pauses, questions of priority, awards."""
