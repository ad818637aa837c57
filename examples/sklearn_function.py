"""A study of scikit-learn: which steps before a classifier earn their keep on handwritten digits?

python examples/sklearn_function.py     40 runs, a few seconds; done again, it trains nothing
"""

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import ablation


def train(scale=False, pca=False, products=False, seed=0):
    """Fit 300 digits, drawn by the seed; the share of the other 1,497 that are recognised."""
    x, y = load_digits(return_X_y=True)
    steps = [
        *([StandardScaler()] if scale else []),
        *([PCA(20, random_state=seed)] if pca else []),
        *([PolynomialFeatures(2, interaction_only=True)] if products else []),
    ]
    model = make_pipeline(*steps, LogisticRegression(max_iter=300))
    x_train, x_test, y_train, y_test = train_test_split(x, y, train_size=300, random_state=seed, stratify=y)
    return float(model.fit(x_train, y_train).score(x_test, y_test))


if __name__ == "__main__":
    study = ablation.sweep(
        train,
        factors={"scale": [False, True], "pca": [False, True], "products": [False, True]},
        seeds=5,
        response="accuracy",
        direction="higher",
        margin=0.005,  # half a digit in a hundred does not matter
    )
    print(study)
