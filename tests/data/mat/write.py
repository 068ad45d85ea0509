# scipy 1.17.1, numpy 2.4.6: x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5, packed and not
import sys
import numpy as np
from scipy.io import savemat

out = sys.argv[1]
x = np.arange(5 * 3 * 4).reshape(5, 3, 4) / 8 - 5
data = {
    "x": x,
    "single": x.astype("<f4"),
    "label": np.array([[3], [-7], [2]], "<i8"),
    "small": np.arange(6.0).reshape(3, 2),
    "flag": np.array([[True], [False]]),
    "byte": np.arange(3, dtype="u1").reshape(3, 1),
    "name": "text",
    "cell": np.array([["a", 1]], dtype=object),
    "complex": x[0] * 1j,
    "structure": {"a": 1.0},
}
savemat(f"{out}/plain.mat", data)
savemat(f"{out}/packed.mat", data, do_compression=True)
savemat(f"{out}/one.mat", {"x": x}, do_compression=True)
texts = {
    "cell": np.array(["sit", "w\u00e4lk", "", "sit"], dtype=object).reshape(4, 1),
    "row": np.array(["sit", "walk"], dtype=object).reshape(1, 2),
    "matrix": np.array(["sit", "w\u00e4lk"]),
    "mixed": np.array([["a", 1.0]], dtype=object),
    "number": np.array([[3], [12]], "<i2"),
}
savemat(f"{out}/texts.mat", texts)
savemat(f"{out}/texts_packed.mat", texts, do_compression=True)
