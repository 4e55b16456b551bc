"""What the images must be: a suite in Python, where sixty-four expectations are one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.digits import PIXELS

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

EDGES = ("pixel_3_0", "pixel_3_7", "pixel_4_0", "pixel_4_7")


def suite() -> ExpectationSuite:
    """Return the suite; Great Expectations is imported here, because that takes seconds."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    critical, warning, info = FailureSeverity.CRITICAL, FailureSeverity.WARNING, FailureSeverity.INFO
    return gx.ExpectationSuite(
        name="digits_daily",
        expectations=[
            # Five weeks are 1050 images: a tenth less is a broken feed, any more are doubles.
            gxe.ExpectTableRowCountToBeBetween(min_value=945, max_value=1050, severity=critical),
            gxe.ExpectColumnValuesToBeUnique(column="event_time", severity=critical),
            gxe.ExpectColumnValuesToNotBeNull(column="digit", severity=critical),
            gxe.ExpectColumnDistinctValuesToEqualSet(column="digit", value_set=list(range(10)), severity=critical),
            gxe.ExpectColumnValuesToBeInSet(column="ink", value_set=["faint", "bold"], severity=critical),
            *(
                gxe.ExpectColumnValuesToBeBetween(column=pixel, min_value=0, max_value=16, severity=critical)
                for pixel in PIXELS
            ),
            # As many low digits as high ones.
            gxe.ExpectColumnMeanToBeBetween(column="digit", min_value=4.3, max_value=4.7, severity=warning),
            # Nobody writes so far out; ink there is an image that wasn't centred.
            *(gxe.ExpectColumnMaxToBeBetween(column=pixel, max_value=0, severity=info) for pixel in EDGES),
        ],
    )
