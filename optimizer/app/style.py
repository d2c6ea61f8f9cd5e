"""The look as one style sheet; colours come from the palette of the viewer's theme."""

from __future__ import annotations

from optimizer.report.palette import Palette


def style_sheet(p: Palette) -> str:
    """Return the style element of a rerun."""
    tokens = {
        "paper": p.paper,
        "panel": p.panel,
        "sub": p.sub,
        "line": p.line,
        "line2": p.line2,
        "ink": p.ink,
        "ink2": p.ink2,
        "ink3": p.ink3,
        "accent": p.accent,
        "alarm": p.alarm,
        "alarm-tint": p.alarm_tint,
        "warn": p.warn,
        "warn-tint": p.warn_tint,
        "down": p.down,
        "early": p.ramp[0],
        "early-ink": p.ramp_ink[0],
        "late": p.ramp[2],
        "late-ink": p.ramp_ink[2],
        "night": p.ramp[5],
        "night-ink": p.ramp_ink[5],
    }
    root = ":root{" + "".join(f"--{k}:{v};" for k, v in tokens.items()) + "}"
    return f"<style>{root}{_SHEET}</style>"


_SHEET = """
.stMainBlockContainer{max-width:1640px;padding:4.1rem 22px 2.2rem}
.stMainBlockContainer>[data-testid=stVerticalBlock]{gap:10px}
[data-testid=stHtml]{width:100%}
[data-testid=stHeader]{background:var(--paper);border-bottom:1px solid var(--line)}
.st-key-keep_language{position:absolute!important;height:0;overflow:hidden}
.st-key-lang{position:fixed;top:9px;right:22px;z-index:999995;width:auto!important}
.st-key-lang button{min-height:26px!important;padding:0 10px!important;
 font-size:.93rem!important}
[data-testid=stButtonGroup] button[aria-checked=true],
 [data-testid=stButtonGroup] button[aria-checked=true] p{color:var(--accent)!important}
[data-testid=stToolbarActions],[data-testid=stAppDeployButton],[data-testid=stMainMenu]{
 display:none}
button:focus-visible,a:focus-visible{outline:2px solid var(--accent)!important;
 outline-offset:1px}
.rf{font-family:"Source Sans","Noto Sans",sans-serif;color:var(--ink);font-size:1rem;
 line-height:1.4;font-variant-numeric:tabular-nums}
.rf b{font-weight:650}
.ctx{display:flex;flex-wrap:wrap;gap:2px 26px;align-items:center;font-size:.93rem;
 color:var(--ink2);padding:4px 0;border-bottom:1px solid var(--line)}
.ctx b{color:var(--ink)}
.ctx .key{margin-left:auto;font-size:.86rem;color:var(--ink3)}
.ctx .tag{border:1px dashed var(--warn);color:var(--warn);
 padding:1px 9px 1px 22px;font-weight:600;
 background:repeating-linear-gradient(135deg,var(--warn) 0 1.5px,
 transparent 1.5px 5px) left/14px 100% no-repeat}
.finding{font-family:"Source Serif","Noto Serif",serif!important;font-weight:600;
 font-size:1.65rem;line-height:1.3;color:var(--ink);margin:0;padding:2px 0 4px;letter-spacing:0;
 text-wrap:balance}
.finding em{font-style:normal;color:var(--alarm)}
.kpis{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));
 border-top:2px solid var(--ink);border-bottom:1px solid var(--line)}
.kpi{padding:6px 14px 8px;border-left:1px solid var(--line);min-width:0}
.kpi:first-child{border-left:0;padding-left:0}
.kpi .kl{font-size:.93rem;color:var(--ink2);white-space:nowrap;overflow:hidden;
 text-overflow:ellipsis}
.kpi .kv{display:flex;align-items:baseline;gap:7px;white-space:nowrap;overflow:hidden}
.kpi .kv .v{font-size:1.95rem;font-weight:600;line-height:1.2}
.kpi .kv .u{font-size:.86rem;color:var(--ink3);overflow:hidden;text-overflow:ellipsis}
.kpi img.ruler{display:block;height:20px;width:100%;max-width:200px;margin:1px 0}
.kpi table{width:100%;border-collapse:collapse;font-size:.86rem;color:var(--ink2);
 line-height:1.32}
.kpi td{padding:0;text-align:right;white-space:nowrap}
.kpi td:first-child{text-align:left;overflow:hidden;text-overflow:ellipsis}
.kpi td img{width:11px;height:11px;vertical-align:-1px;margin-right:4px}
.kpi td:last-child{width:27%;font-weight:600;color:var(--ink)}
.sec{border-top:2px solid var(--ink);padding:6px 0 2px;display:flex;flex-wrap:wrap;gap:2px 14px;
 align-items:baseline}
.sec .h{font-size:1rem;font-weight:650;color:var(--ink)}
.sec .s{font-size:.86rem;color:var(--ink3)}
.sec .legend{margin-left:auto;display:flex;gap:3px 15px;font-size:.86rem;color:var(--ink2);
 flex-wrap:wrap}
.sec .legend>span{display:inline-flex;align-items:center;gap:5px;white-space:nowrap}
.leg{display:flex;flex-wrap:wrap;gap:3px 15px;font-size:.86rem;color:var(--ink2);
 align-items:center;padding:2px 0}
.leg span{display:inline-flex;align-items:center;gap:5px;white-space:nowrap}
.leg i.c{display:inline-block;width:19px;height:12px;border:1px solid var(--line2);
 margin-right:-6px}
.assumed{text-decoration:underline dashed var(--warn) 1px;text-underline-offset:3px;
 text-decoration-skip-ink:none}
.chip{display:inline-block;min-width:38px;padding:0 6px;text-align:center;font-size:.86rem;
 font-weight:650;line-height:1.45}
table.t{width:100%;border-collapse:collapse;font-size:.93rem;line-height:1.35}
table.t th{text-align:left;font-weight:600;color:var(--ink2);font-size:.86rem;
 border-bottom:1px solid var(--line2);padding:3px 10px 3px 0;vertical-align:bottom;
 position:sticky;top:0;background:var(--paper)}
table.t td{border-bottom:1px solid var(--line);padding:3px 10px 3px 0;height:27px;
 box-sizing:border-box;vertical-align:middle}
table.t .n{text-align:right;white-space:nowrap}
table.t .m{color:var(--ink3)}
table.t .w{white-space:nowrap}
table.t tr.g td{background:var(--sub);border-top:1px solid var(--line2);
 border-bottom:1px solid var(--line2);font-weight:600;padding-left:6px}
table.t tr.o td{background:var(--sub);color:var(--ink2);padding-left:6px}
table.t .alarm,.alarm{color:var(--alarm);font-weight:600}
.up{color:var(--accent);font-weight:700}.dn{color:var(--down);font-weight:700}
.chip.long{font-weight:400;text-align:left;max-width:14em;white-space:normal;line-height:1.25}
details summary{cursor:pointer}
details[open]{color:var(--ink2);max-width:46em}
.scroll{max-height:560px;overflow:auto}
.note{font-size:.86rem;color:var(--ink3);padding:3px 0}
.state{border-left:3px solid var(--line2);padding:6px 0 6px 14px;font-size:1rem;
 color:var(--ink2);margin:6px 0}
.state b{color:var(--ink)}
.state.work{border-color:var(--accent)}
.state.bad{border-color:var(--alarm)}
.state.rule{border-color:var(--warn);background:var(--sub)}
.state.stale{border-left:0;padding-left:24px;color:var(--ink2);background:
 repeating-linear-gradient(135deg,var(--ink3) 0 2px,transparent 2px 6px) left/11px 100% no-repeat}
[data-testid=stMain]:has(.state.stale) .finding,
 [data-testid=stMain]:has(.state.stale) .kpi .v{color:var(--ink2)}
.state code{font-size:.86rem;color:var(--ink2);white-space:pre-wrap;overflow-wrap:anywhere;
 background:none;padding:0}
.bar{display:flex;height:14px;border:1px solid var(--line2);margin:4px 0}
.bar i{display:block;height:100%}
.hatch{background:repeating-linear-gradient(135deg,var(--warn) 0 1.3px,
 var(--warn-tint) 1.3px 5px)}
.num1{font-size:1.95rem;font-weight:600;line-height:1.2}
[data-testid=stPlotlyChart]{overflow:hidden}
.st-key-mapday{margin:-42px 0 -8px;top:11px;align-items:flex-end;position:relative;z-index:5}
.st-key-mapday button{min-height:25px!important;padding:0 10px!important;
 font-size:.93rem!important}
.stMainBlockContainer [data-testid=stVerticalBlock] [data-testid=stVerticalBlock]{gap:6px}
.st-key-tierpick button{min-height:25px!important;padding:0 10px!important;
 font-size:.93rem!important}
.st-key-table button,.st-key-areas button{min-height:27px!important;padding:0 10px!important}
[data-testid=stWidgetLabel] p{font-size:.93rem;color:var(--ink2)}
div.rg{overflow:auto;max-height:640px;border:1px solid var(--line)}
table.rg{table-layout:fixed;border-collapse:collapse;font-size:.82rem;line-height:1}
table.rg th,table.rg td{height:21px;padding:0 2px;border:1px solid var(--line);text-align:center;
 min-width:22px;width:22px;box-sizing:border-box}
table.rg thead th{position:sticky;top:0;background:var(--paper);color:var(--ink2);height:34px;
 font-weight:600;z-index:2}
table.rg th.who{text-align:left;width:190px;min-width:190px;max-width:190px;overflow:hidden;
 text-overflow:ellipsis;white-space:nowrap;font-weight:400;position:sticky;left:0;
 background:var(--paper);padding-left:6px;z-index:1}
table.rg th.guest{border-left:4px solid var(--accent)}
table.rg tr.g th{background:var(--sub);text-align:left;font-weight:600;padding-left:6px}
table.rg tr.cv th.who{color:var(--ink2);font-weight:600}
table.rg td.sum{width:44px;min-width:44px;text-align:right;padding-right:6px;color:var(--ink2)}
table.rg th.sum{width:44px;min-width:44px}
table.rg .we{background:var(--sub)}
table.rg td.off{color:var(--ink3)}table.rg td.out{color:var(--accent)}
table.rg td.cv{color:var(--ink3)}
.early{background:var(--early);color:var(--early-ink)}
.late{background:var(--late);color:var(--late-ink)}
.night{background:var(--night);color:var(--night-ink);font-weight:600}
table.rg td.few{background:var(--warn-tint);color:var(--warn);font-weight:600}
table.rg td.lack,.rgk.lack{background:var(--alarm-tint);color:var(--alarm);font-weight:650}
i.rgk{display:inline-block;min-width:20px;text-align:center;font-style:normal;padding:0 3px;
 border:1px solid var(--line2);font-size:.82rem}
@media (max-width:1180px){.kpis{grid-template-columns:repeat(3,minmax(0,1fr))}.kpi{
 border-bottom:1px solid var(--line)}}
@media (max-width:640px){.kpis{grid-template-columns:1fr}.finding{font-size:1.3rem}}
"""
