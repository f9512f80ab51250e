"""The bundled typeface, its licence, and the script that cut it."""
