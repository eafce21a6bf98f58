/* Bindings and explanations as CSV. */
#include "schedule/csv_out.h"
#include "schedule/output.h"

#include <stdlib.h>
#include <string.h>

void csv_put(FILE *out, const char *text, int is_first)
{
	if (!is_first)
		fputc(',', out);
	if (!text || !strpbrk(text, ",\"\r\n")) {
		fputs(text ? text : "", out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}

int output_csv(FILE *out, const schedule_run *run)
{
	static const char *const STATES[] = {"waiting", "given", "placed", "pending"};
	const schedule_model *model = run->model;
	fputs("namespace,name,state,node,score,reason\n", out);
	for (size_t i = 0; i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		csv_put(out, korch_object_namespace(&pod->object->object), 1);
		csv_put(out, korch_object_name(&pod->object->object), 0);
		csv_put(out, STATES[pod->state], 0);
		csv_put(out,
		        pod->node == NO_NODE
		            ? NULL
		            : korch_object_name(&model->nodes.items[pod->node].object->object),
		        0);
		fprintf(out, pod->has_score ? ",%lld" : ",", (long long)pod->score);
		csv_put(out, pod->state == MODEL_PENDING ? model->reasons.items[pod->reason] : NULL, 0);
		fputc('\n', out);
	}
	return 0;
}
