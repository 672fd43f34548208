"""Identifiers that must not be mixed up, and the array types of the maths."""

from typing import NewType

import numpy as np
from numpy.typing import NDArray

UserId = NewType("UserId", int)
MovieId = NewType("MovieId", int)

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
