"""Files of quizzes, of the evaluation device and of who came to trainings."""

from outlets.importing import Kind, register
from outlets.spreadsheets import SheetOut
from tellers.imports.attendance import ATTENDANCE_COLUMNS, attendance_import
from tellers.imports.devices import DEVICE_COLUMNS, devices_import
from tellers.imports.quizzes import QUIZ_COLUMNS, quizzes_import

register(
    Kind(
        key="quizzes",
        label="测试成绩",
        sheets=(SheetOut("测试成绩", QUIZ_COLUMNS, []),),
        run=quizzes_import,
    )
)
register(
    Kind(
        key="device",
        label="星级柜员牌数据",
        sheets=(SheetOut("星级柜员牌", DEVICE_COLUMNS, []),),
        run=devices_import,
    )
)
register(
    Kind(
        key="attendance",
        label="培训参加情况",
        sheets=(SheetOut("培训参加情况", ATTENDANCE_COLUMNS, []),),
        run=attendance_import,
    )
)
