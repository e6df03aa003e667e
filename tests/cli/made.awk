# SPDX-License-Identifier: GPL-2.0-or-later
# made.awk: run.json and samples.csv of a made-up results folder, for tests that compute its
# figures: variants b and p of kernels of these names on mount m, contrast c. lib.sh has it as
# $made: awk -v dir=DIR "$made"'BEGIN { made_run("exact", 6); made_cell("w", "t=8", 8); ... }'
# Others call build/gen_folder.

# passes: those that watch; more: members of run.json; kernels: where they are described.
function made_run(mode, blocks, passes, more, kernels) {
	made_mode = mode
	run = dir "/run.json"
	csv = dir "/samples.csv"
	who = "run,variant,kernel,mode,fs,mount,workload,params,block,seed,position,attempt,pass,"
	print who "role,metric,detail,unit,better,value,status,marks,reason" > csv
	printf "{\"schema\":1,\"run\":\"r\",\"mode\":\"%s\",\"suite\":{\"blocks\":%d,\"seed\":1}%s," \
		"\"machine\":{\"id\":\"m\"},\"kernels\":%s,\"mounts\":{\"m\":{\"fs\":\"ext4\"}}," \
		"\"variants\":[{\"name\":\"b\",\"kernel\":\"b\",\"mount\":\"m\"}," \
		"{\"name\":\"p\",\"kernel\":\"p\",\"mount\":\"m\"}]," \
		"\"contrasts\":[{\"name\":\"c\",\"baseline\":\"b\",\"patched\":\"p\"}]," \
		"\"passes\":[\"throughput\"%s],\"metrics\":[{\"name\":\"ops_per_s\"," \
		"\"unit\":\"1/s\",\"better\":\"higher\",\"primary\":true}],\"cells\":[", mode, blocks, \
		more, kernels ? kernels : "{\"b\":{},\"p\":{}}", \
		passes ? ",\"" passes "\"" : "" > run
}
# All cells, before made_end.
function made_cell(workload, params, varying, threads) {
	printf "%s{\"workload\":\"%s\",\"params\":\"%s\",\"varying\":\"%s\",\"role_threads\":%d}", \
		made_cells++ ? "," : "", workload, params, varying, threads > run
}
function made_end() { print "]}" > run }
# The columns that every file begins with; v: 0 baseline, 1 patched.
function made_who(v, workload, params, b, position, pass) {
	return sprintf("r,%s,%s,%s,ext4,m,%s,%s,%d,%d,%d,1,%s", v ? "p" : "b", v ? "p" : "b", \
		made_mode, workload, params, b, 100 + b, position, pass)
}
function made_sample(who, role, metric, unit, better, value) {
	print who "," role "," metric ",," unit "," better "," value ",ok,," > csv
}
