"""demarche: what would an international actor do if something happened?"""

__version__ = "0.1.0"
