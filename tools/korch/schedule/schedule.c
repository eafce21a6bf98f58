/* korch schedule: reads, decides, writes. */
#include "schedule/output.h"
#include "schedule/question.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int answer_question(schedule_run *run, korch_error **err)
{
	question asked;
	int code = question_ask(&asked, run, err);
	if (code == 0)
		question_write(stdout, &asked);
	question_fini(&asked);
	return code;
}

static int write_answer(schedule_run *run, korch_error **err)
{
	static int (*const PRINTERS[])(FILE * out, const schedule_run *run) = {
	    [FORMAT_TABLE] = output_table, [FORMAT_JSON] = output_json, [FORMAT_CSV] = output_csv};
	int code = run->options->question != QUESTION_NONE ? answer_question(run, err)
	           : run->explanation                      ? output_explanation(stdout, run)
	                              : PRINTERS[run->options->format](stdout, run);
	if (code < 0)
		return *err ? code : model_nomem(err);
	return fflush(stdout) == 0 && !ferror(stdout)
	           ? 0
	           : korch_error_set(err, KORCH_E_IO, "standard output: %s", strerror(errno));
}

static int do_all(schedule_model *model, const schedule_options *options, korch_error **err)
{
	schedule_run run = {.model = model, .options = options, .explained = NO_NODE};
	int code = input_read(model, options->files, options->n_files, err);
	if (code == 0)
		code = model_settle(model, err);
	if (code == 0 && options->explain)
		code = model_find_pod(&run.explained, model, options->explain, err);
	if (code == 0)
		code = run_start(&run, err);
	if (code == 0)
		code = run_all(&run, err);
	if (code == 0 && options->html)
		code = output_html(&run, options->html, err);
	/* A page on standard output stands there alone. */
	if (code == 0 && !(options->html && strcmp(options->html, "-") == 0))
		code = write_answer(&run, err);
	run_fini(&run);
	return code;
}

int tool_schedule(int argc, char **argv)
{
	static schedule_options options;
	schedule_model model = {.n_resources = 0};
	korch_error *error = NULL;
	int code = schedule_options_parse(&options, argc, argv);
	if (code != EXIT_FINE)
		return code < 0 ? EXIT_FINE : code;
	code = do_all(&model, &options, &error);
	model_fini(&model);
	if (error)
		return tool_fail(error);
	return code < 0 ? EXIT_FAILED : EXIT_FINE;
}
