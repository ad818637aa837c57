"""x"""
def write_report(url): print("report", url)
