"""How a report looks: dark ink on white, wide tables that scroll by themselves, and nothing that needs a network."""

_TABLES = """
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.35}
caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{padding:.35rem .6rem;border-bottom:1px solid #d5dbe0;text-align:right;vertical-align:top;
  font-variant-numeric:tabular-nums;color:#1a1a1a;background:#fff}
th small{display:block;font-weight:400;color:#46515a;font-size:.75rem;min-width:4.6rem}
table.criteria td.words{min-width:17rem;width:40%}
tbody th code{font-weight:400}
thead th{border-bottom:2px solid #5b6770;text-align:right;vertical-align:bottom}
thead th:first-child,thead th:first-child+th,tbody th,td.words{text-align:left}
table.problems thead th:nth-child(4),table.changes thead th:nth-child(3){text-align:left}
table.wants thead th:nth-child(2),table.problems thead th:nth-child(3){text-align:right}
tbody tr:nth-child(even)>*{background:#f6f8f9}
tr.branch>*{color:#46515a}
tr.branch th{font-weight:400;padding-left:1.4rem}
small.kind{color:#46515a;white-space:nowrap}
code{font-family:ui-monospace,Consolas,"DejaVu Sans Mono",monospace;font-size:.85em}
.scroll{overflow-x:auto;margin:1rem 0}
.headline{display:flex;flex-wrap:wrap;gap:1rem;margin:1.2rem 0}
.headline div{border:1px solid #5b6770;padding:.6rem 1.2rem;min-width:9rem;background:#fff}
.headline dt{font-size:.875rem;color:#46515a}
.headline dd{margin:0;font-size:1.6rem;font-weight:600;font-variant-numeric:tabular-nums;color:#1a1a1a}
.headline small{font-size:.9rem;font-weight:400;color:#46515a}
figure{margin:1.2rem 0;overflow-x:auto}
img{width:100%;min-width:42rem;max-width:66rem;height:auto;display:block;background:#fff}
"""

PAGE = (
    """
*{box-sizing:border-box}
html{color-scheme:light}
body{margin:0;background:#fff;color:#1a1a1a;font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0}
h2{font-size:1.2rem;margin:2.2rem 0 .4rem;border-bottom:1px solid #d5dbe0;padding-bottom:.2rem}
p{max-width:48rem}
a{color:#00588a}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;list-style:none;font-size:.9rem}
.skip{position:absolute;left:-99rem}
.skip:focus{position:static}
:focus-visible{outline:3px solid #d55e00;outline-offset:2px}
footer{margin-top:3rem;color:#46515a;font-size:.8rem;overflow-wrap:anywhere}
"""
    + _TABLES
    + """
@media print{main{max-width:none;padding:0}nav,.skip{display:none}figure,tr{break-inside:avoid}
  .scroll{overflow:visible}thead{display:table-header-group}}
"""
)

NOTEBOOK = "".join(
    f".ucmsc-attrition {line}" if "{" in line and not line.startswith(" ") else line
    for line in _TABLES.strip().splitlines()
)
