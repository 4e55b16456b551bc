"""Your projects: what each model is. When it runs is in `dags/`."""
