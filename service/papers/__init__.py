"""The papers we print ourselves: receipts, lists, certificates. Always Chinese and English, always real millimetres."""
