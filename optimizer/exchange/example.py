"""A tiny province that is sound and can be planned as it stands; every figure is invented."""

from __future__ import annotations

_LEVELS = """
HOME,0,Theo dõi tại nhà,Home follow-up,home
ISO,1,Cách ly theo dõi,Observation,bed
WARD,2,Giường thường,Ward bed without oxygen,bed
OXY,3,Giường oxy,Oxygen bed,bed
HFNC,4,Oxy dòng cao,High-flow oxygen,bed
ICU,5,Hồi sức tích cực,Intensive care,bed
"""
_CLASSES = """
mild-acute,covid,all,mild,acute,ISO,0.5,0.005,60,,0,0,,,example,assumed
mild-recovering,covid,all,mild,recovering,ISO,0.4,0.005,60,,0,0,,,example,assumed
moderate-acute,covid,all,moderate,acute,WARD,1,0.005,90,,0,1,,,example,assumed
moderate-recovering,covid,all,moderate,recovering,WARD,0.8,0.005,90,,0,1,,,example,assumed
severe-acute,covid,all,severe,acute,OXY,4,0.03,60,,1,1,,1,example,assumed
severe-recovering,covid,all,severe,recovering,OXY,3,0.03,60,,1,1,,,example,assumed
high_flow-acute,covid,all,high_flow,acute,HFNC,10,0.03,60,,1,1,AMB_BASIC,1,example,assumed
high_flow-recovering,covid,all,high_flow,recovering,HFNC,8,0.03,60,,1,1,AMB_BASIC,,example,assumed
critical-acute,covid,all,critical,acute,ICU,20,0.09,60,180,1,1,AMB_ICU,1,example,assumed
critical-recovering,covid,all,critical,recovering,ICU,15,0.09,60,180,1,1,AMB_ICU,,example,assumed
convalescent-recovering,covid,all,convalescent,recovering,OXY,2,0.01,60,,1,1,,,example,assumed
"""
_AREAS = "\n".join(
    f"{head},example,assumed,0,assumed,{remote},assumed,,,,"
    for head, remote in (
        ("P1,province,Tỉnh Mẫu,,,,,,,,,9.60,105.95", 0),
        ("C1,cluster,Cụm Thành phố,,P1,,,,,,,9.60,105.97", 0),
        ("C2,cluster,Cụm Ven biển,,P1,,,,,,,9.45,106.10", 0),
        ("X1,commune,Phường Trung tâm,,C1,52000,example,assumed,,,,9.60,105.97", 0),
        ("X2,commune,Xã Ngoại ô,,C1,21000,example,assumed,,,,9.65,105.92", 0),
        ("X3,commune,Xã Ven biển,,C2,30000,example,assumed,,,,9.45,106.10", 1),
    )
)
_FACILITIES = (
    "H1,Bệnh viện đa khoa tỉnh Mẫu,BVĐK tỉnh,,provincial_general,public,,,general,X1,C1,"
    "9.601,105.971,example,assumed,0,central,assumed,example,assumed,,,\n"
    "H2,Trung tâm y tế Ven biển,TTYT Ven biển,,district_health_centre,public,,,general,X3,C2,"
    "9.452,106.102,example,assumed,0,cylinder,assumed,example,assumed,,,\n"
    "H3,Trạm y tế Ngoại ô,TYT Ngoại ô,,commune_health_station,public,,,general,X2,C1,"
    "9.651,105.921,example,assumed,0,none,assumed,example,assumed,,,\n"
    "E1,Bệnh viện trung ương ngoài tỉnh,BV trung ương,,external_general,public,,,general,,,"
    "10.03,105.75,example,assumed,0,central,assumed,example,assumed,,,\n"
)
_BEDS = """
U1,WARD,120,120,100,20,example,assumed,example,assumed
U1,OXY,40,40,30,10,example,assumed,example,assumed
U1,HFNC,8,8,6,4,example,assumed,example,assumed
U1,ICU,10,10,8,4,example,assumed,example,assumed
U2,WARD,60,60,50,10,example,assumed,example,assumed
U2,OXY,12,12,10,6,example,assumed,example,assumed
U3,ISO,10,10,8,10,example,assumed,example,assumed
"""
_RATIOS = {
    ("ISO", "NUR"): (15, 20, 30),
    ("WARD", "NUR"): (7, 10, 15),
    ("WARD", "DOC"): (24, 30, 40),
    ("OXY", "NUR"): (4, 6, 10),
    ("OXY", "DOC"): (16, 20, 30),
    ("HFNC", "NUR_ICU"): (3, 4, 6),
    ("HFNC", "DOC"): (12, 16, 20),
    ("ICU", "NUR_ICU"): (2, 3, 6),
    ("ICU", "DOC_ICU"): (5.6, 10, 15),
}


def _ratios() -> str:
    phases = ("conventional", "contingency", "crisis")
    return "\n".join(
        f"{level},{role},{phase},{number},example,assumed"
        for (level, role), numbers in _RATIOS.items()
        for phase, number in zip(phases, numbers, strict=True)
    )


ROWS: dict[str, str] = {
    "levels": _LEVELS,
    "tiers": "1,1,Tầng 1,Tier 1\n2,2,Tầng 2,Tier 2\n3,3,Tầng 3,Tier 3",
    "kinds": (
        "provincial_general,Bệnh viện đa khoa tỉnh,Provincial general hospital,0,0\n"
        "district_health_centre,Trung tâm y tế,Health centre,0,0\n"
        "commune_health_station,Trạm y tế xã,Commune health station,1,1\n"
        "external_general,Bệnh viện ngoài tỉnh,Hospital outside the province,0,0"
    ),
    "roles": (
        "DOC,Bác sĩ,Doctor,\nDOC_ICU,Bác sĩ hồi sức,Intensive-care doctor,DOC\n"
        "NUR,Điều dưỡng,Nurse,\nNUR_ICU,Điều dưỡng hồi sức,Intensive-care nurse,NUR"
    ),
    "care_ratios": _ratios(),
    "severities": (
        "mild,Nhẹ,Mild\nmoderate,Trung bình,Moderate\nsevere,Nặng,Severe\n"
        "high_flow,Cần oxy dòng cao,Needs high-flow oxygen\ncritical,Nguy kịch,Critical\n"
        "convalescent,Dưỡng bệnh,Convalescent"
    ),
    "supplies": (
        "gloves,Găng tay,Gloves,pair,worker_shift,,24,example,assumed\n"
        "mask,Khẩu trang y tế,Medical mask,piece,worker_shift,,4,example,assumed\n"
        "mask,Khẩu trang y tế,Medical mask,piece,patient_day,,2,example,assumed\n"
        "ventilator,Máy thở,Ventilator,piece,bed,ICU,0.67,example,assumed"
    ),
    "icu_quota": "provincial_general,50,100,example,assumed",
    "diseases": "covid,COVID-19,COVID-19",
    "patient_classes": _CLASSES,
    "travel_rules": (
        "local,1.3,30,example,assumed\ncity,1.2,40,example,assumed\n"
        "town,1.3,45,example,assumed\ncentral,1.3,50,example,assumed"
    ),
    "admin_units": _AREAS,
    "facilities": _FACILITIES,
    "units": (
        "U1,H1,3,open,,,,example,assumed\nU2,H2,2,open,,,,example,assumed\n"
        "U3,H3,1,open,,,,example,assumed\nUE,E1,3,out_of_province,4,,,example,assumed"
    ),
    "beds": _BEDS,
    "routine": (
        "U1,WARD,60,example,assumed\nU1,OXY,10,example,assumed\nU1,ICU,3,example,assumed\n"
        "U2,WARD,30,example,assumed"
    ),
    "devices": (
        "U1,ventilator,ICU,12,3,4,example,assumed\nU1,high_flow,HFNC,8,0,4,example,assumed"
    ),
    "oxygen": ("U1,1200,8000,6000,1500,150,example,assumed\nU2,120,250,200,120,20,example,assumed"),
    "oxygen_draw": "OXY,10,example,assumed\nHFNC,24.7,example,assumed\nICU,30,example,assumed",
    "supervision": (
        "ICU,DOC_ICU,conventional,14,example,assumed\n"
        "ICU,DOC_ICU,contingency,24,example,assumed\nICU,DOC_ICU,crisis,30,example,assumed"
    ),
    "staff": (
        "U1,DOC,60,12,example,assumed\nU1,DOC_ICU,10,2,example,assumed\n"
        "U1,NUR,150,30,example,assumed\nU1,NUR_ICU,40,8,example,assumed\n"
        "U2,DOC,20,4,example,assumed\nU2,NUR,60,12,example,assumed\nU3,NUR,5,1,example,assumed"
    ),
    "links": "U3,U1,refers_to,example,assumed\nU2,U1,refers_to,example,assumed",
    "travel": "H2,H1,45,24,0,,,example,assumed\nH1,E1,95,70,0,,,example,assumed",
    "vehicles": (
        "U1,AMB_ICU,,1,900,example,assumed\nU1,AMB_BASIC,day,1,660,example,assumed\n"
        "U1,AMB_BASIC,,1,900,example,assumed\nU1,COACH,day,1,240,example,assumed\n"
        "U2,AMB_ICU,,1,900,example,assumed"
    ),
    "vehicle_classes": (
        "AMB_ICU,4,1,1,Xe cứu thương hồi sức,Intensive-care ambulance,example,assumed\n"
        "AMB_BASIC,3,1,1,Xe cứu thương thường,Basic ambulance,example,assumed\n"
        "CAR_O2,2,1,1,Xe con có oxy,Car with oxygen,example,assumed\n"
        "COACH,1,15,0,Xe khách,Coach,example,assumed"
    ),
    "vehicle_shifts": (
        "day,6,18,0.6,Ca ngày,Day shift,example,assumed\n"
        "night,18,6,0.4,Ca đêm,Night shift,example,assumed"
    ),
    "mobile_stations": "M1,U3,C1,5,75,example,assumed\nM2,U2,C2,5,75,example,assumed",
    "levers": (
        "elective-U1,postpone_elective,Hoãn mổ phiên,Postpone elective surgery,1,2,2,7,1,0,"
        "2000000,1.5,1,0,,example,Giám đốc Sở Y tế,Director of the health department,"
        "example,assumed\n"
        "borrow-U2,borrow_staff,Điều động điều dưỡng,Move nurses inside the province,2,2,0,14,1,"
        "2000000,1200000,0,1,0,,example,Giám đốc Sở Y tế,Director of the health department,"
        "example,assumed"
    ),
    "lever_yields": (
        "elective-U1,bed,U1,OXY,8,example,assumed\nelective-U1,staff,U1,NUR,2,example,assumed\n"
        "borrow-U2,staff,U2,NUR,-1,example,assumed\nborrow-U2,staff,U1,NUR,1,example,assumed"
    ),
}
"""Rows of every table, columns in the order of the row models."""

SCENARIO: dict[str, object] = {
    "title": {"vi": "Tỉnh Mẫu: ví dụ", "en": "Example province"},
    "province": "example",
    "start_date": "2026-11-23",
    "route": "reported_cases",
    "disease": "covid",
    "reported_cases": {
        "peak_day": 21,
        "width_days": 12,
        "peak_per_100k": 60,
        "history_days": 21,
        "hospital_share": 0.2,
        "home_delay_days": 6.5,
        "home_stay_days": 10,
        "hospital_severity": "moderate",
        "isolation_share": 0.1,
        "isolation_severity": "mild",
    },
    "stays": {
        "mild": {"stay_days": 10, "worse_to": "moderate", "worse_per_day": 0.004},
        "moderate": {
            "delay_days": 3,
            "stay_days": 9,
            "worse_to": "severe",
            "worse_share": 0.25,
            "waiting": {"delay_days": 3, "worse_share": 0.35, "death_share": 0},
        },
        "severe": {
            "delay_days": 1.5,
            "stay_days": 9,
            "worse_to": "high_flow",
            "worse_share": 0.4,
            "death_share": 0.006,
            "waiting": {"delay_days": 1.5, "worse_share": 0.62, "death_share": 0.01},
        },
        "high_flow": {
            "delay_days": 3,
            "stay_days": 6,
            "worse_to": "critical",
            "worse_share": 0.3,
            "death_share": 0.14,
            "convalescent": "convalescent",
            "waiting": {"delay_days": 3, "worse_share": 0.6, "death_share": 0.35},
        },
        "critical": {
            "delay_days": 11,
            "stay_days": 14.8,
            "death_share": 0.52,
            "convalescent": "convalescent",
            "waiting": {"delay_days": 1, "worse_share": 0, "death_share": 0.95},
        },
        "convalescent": {"stay_days": 5},
    },
    "provenance": {"stays": {"source": "example", "confidence": "assumed"}},
}
"""The scenario of the example; what it leaves out has a default."""
