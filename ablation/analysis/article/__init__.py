"""The linear model of the article, as it was published."""
