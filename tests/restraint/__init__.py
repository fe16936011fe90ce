"""Does restraint still come where a clinician wants it? Compared with content 1.0.0 (clinical design, R5)."""
