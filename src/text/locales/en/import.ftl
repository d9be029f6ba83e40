# What an import knows of a coalition and that has no field of its own: a paragraph of its narrative.

coalition-proposed-at = Proposed on { $date }.
coalition-handed-over-to = Carried on, after the programme, by: { $name }.
