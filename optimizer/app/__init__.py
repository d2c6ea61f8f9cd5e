"""The door for the browser: pages that read plan folders; Streamlit stays here."""
