"""Entry script of the app: ``streamlit run streamlit_app.py``."""

from optimizer.app.main import run

run()
