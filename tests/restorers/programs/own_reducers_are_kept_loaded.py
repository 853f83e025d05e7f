from __main__ import o

by_reduce, by_state, by_setter, another = o
assert by_reduce.code == 1 and by_setter.code == 3 and by_setter.set == 7
assert by_state.args == (2,) and by_state.state == {"attribute": 1}
assert another == {"code": 4}
for error in o[:3]:
    assert type(error.__context__) is IndexError and not error.__suppress_context__
    assert error.__traceback__.tb_frame.f_code.co_name == "caught"
