# numpy 2.4.6, Python 3: one dictionary in every protocol.
# x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5
import pickle, sys
import numpy as np

out = sys.argv[1]
x = np.arange(5 * 3 * 4).reshape(5, 3, 4) / 8 - 5
data = {
    "train": {
        "text": x.astype("<f4"),
        "audio": np.where(x == -5, -np.inf, x),
        "turned": np.asfortranarray(x.astype(">f4")),
        "strided": x[:, ::2, :].astype("<f8")[::-1],
        "label": np.array([3, -2**40, 7], "<i8"),
        "flag": np.array([True, False]),
        "id": np.array(["a$_$1", "bc"]),
        "mixed": np.array([1, "a"], dtype=object),
        "empty": np.zeros((0, 4), "<f4"),
    },
    "numbers": [1, 2.5, True, 2**40, -3],
    "words": ["a", "b"],
    "score": np.float32(2.5),
    "record": np.zeros(2, [("a", "<i4"), ("b", "<f4")]),
    "none": None,
    7: (np.arange(3, dtype="<u2"), np.arange(2, dtype="|i1")),
}
for protocol in range(6):
    with open(f"{out}/protocol_{protocol}.pkl", "wb") as f:
        pickle.dump(data, f, protocol)


class Evil:
    def __reduce__(self):
        import os
        return os.system, ("echo executed",)


with open(f"{out}/evil.pkl", "wb") as f:
    pickle.dump({"text": x, "evil": Evil()}, f, 4)
with open(f"{out}/out_of_band.pkl", "wb") as f:
    pickle.dump({"text": x}, f, 5, buffer_callback=lambda buffer: None)
