/* What a run measures: arguments put in, Secrets looked up and hidden again. */
#include "cluster/measuring/hand.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/base64.h"
#include "object/json.h"
#include <korch/api/core_config.h>
#include <stdlib.h>
#include <string.h>

static int look_up_secret(void *userdata, const char **out, const korch_analysis_value_from *from,
                          korch_error **err)
{
	const korch__look *l = userdata;
	const korch_analysis_secret_key_ref *ref = from->secret_key_ref;
	const char *name = ref ? korch__text_or_empty(ref->name) : "";
	if (!ref)
		return korch_error_set(err, KORCH_E_INVALID, "fieldRef is resolved by who starts the run");
	const korch_secret *secret = (const korch_secret *)korch_view_get(
	    korch_engine_view(l->measuring->engine), &korch_secret_kind,
	    korch_object_namespace(&l->run->object), name);
	const char *text = secret ? korch_map_get(secret->data, korch__text_or_empty(ref->key)) : NULL;
	if (!text)
		return korch_error_set(err, KORCH_E_INVALID, "secret \"%s\" has no key \"%s\"", name,
		                       korch__text_or_empty(ref->key));
	korch_buf plain;
	korch__buf_init(&plain, KORCH__BYTES_DEFAULT);
	int code = korch__base64_decode(&plain, text);
	if (code == 0 && !plain.failed)
		*out = korch_string_new_n(plain.data ? plain.data : "", plain.len);
	korch__buf_fini(&plain);
	if (code < 0)
		return korch_error_set(err, KORCH_E_INVALID, "secret \"%s\": key \"%s\" is not base64",
		                       name, korch__text_or_empty(ref->key));
	return *out ? 0 : KORCH_E_NOMEM;
}

int korch__look_spec(korch__look *l, korch_error **err)
{
	const korch_analysis_run_spec *spec = l->run->spec;
	int code = korch_analysis_values(&l->values, spec->args, spec->n_args, look_up_secret, l, err);
	if (code == 0)
		code = korch_analysis_resolve(&l->spec, spec, l->values, err);
	return code < 0 ? code : korch_analysis_rules(l->rules, &l->n, l->spec, err);
}

int korch__look_hide(const korch__look *l, const char **text)
{
	char *plain = NULL;
	const korch_analysis_run_spec *spec = l->run->spec;
	int code =
	    *text ? korch_analysis_redact(&plain, *text, spec->args, spec->n_args, l->values) : 0;
	if (code == 0 && plain && strcmp(plain, *text) != 0)
		code = korch_string_set(text, plain);
	free(plain);
	return code;
}
