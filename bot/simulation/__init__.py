"""A simulated year: traffic whose truth is known plays through the real program, week by week, on a fast clock."""
