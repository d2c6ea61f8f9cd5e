"""The door for the browser: pages that read plan folders and start the planner; Streamlit stays here."""
