${imports if imports else ""}
