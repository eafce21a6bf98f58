/* Three-way merge: rows of (what the manifest said, what it says, what is) → what it becomes. */
#include "cluster/merge.h"
#include "unit.h"
#include <json-c/json.h>
#include <korch/api.h>
#include <string.h>

static const struct row {
	const char *title;
	const char *kind; /* NULL: no table */
	const char *last; /* NULL: not made by apply */
	const char *wanted;
	const char *live;
	const char *merged;
} rows[] = {
    {"nothing to do", "Deployment", "{'spec':{'replicas':1}}", "{'spec':{'replicas':1}}",
     "{'spec':{'replicas':1}}", "{'spec':{'replicas':1}}"},
    {"wins over others", "Deployment", "{'spec':{'replicas':1}}", "{'spec':{'replicas':1}}",
     "{'spec':{'replicas':7}}", "{'spec':{'replicas':1}}"},
    {"what others set is kept", "Deployment", "{'spec':{}}", "{'spec':{}}",
     "{'spec':{'replicas':7},'status':{'replicas':7}}",
     "{'spec':{'replicas':7},'status':{'replicas':7}}"},
    {"what the manifest drops goes", "Deployment", "{'spec':{'replicas':1,'minReadySeconds':5}}",
     "{'spec':{'replicas':1}}", "{'spec':{'replicas':1,'minReadySeconds':5,'paused':true}}",
     "{'spec':{'replicas':1,'paused':true}}"},
    {"without a last word nothing goes", "Deployment", NULL, "{'spec':{'replicas':1}}",
     "{'spec':{'replicas':1,'minReadySeconds':5}}", "{'spec':{'replicas':1,'minReadySeconds':5}}"},
    {"labels are merged", "Pod", "{'metadata':{'labels':{'a':'1','b':'1'}}}",
     "{'metadata':{'labels':{'a':'2'}}}", "{'metadata':{'labels':{'a':'1','b':'1','c':'1'}}}",
     "{'metadata':{'labels':{'a':'2','c':'1'}}}"},
    {"a whole map is dropped", "Pod", "{'metadata':{'labels':{'a':'1'}}}", "{'metadata':{}}",
     "{'metadata':{'labels':{'a':'1'}}}", "{'metadata':{}}"},
    {"null takes away", "Pod", "{}", "{'spec':{'nodeName':null,'hostNetwork':true}}",
     "{'spec':{'nodeName':'x'}}", "{'spec':{'hostNetwork':true}}"},
    {"containers by name", "Pod", "{'spec':{'containers':[{'name':'a','image':'1'}]}}",
     "{'spec':{'containers':[{'name':'a','image':'2'}]}}",
     "{'spec':{'containers':[{'name':'injected','image':'x'},{'name':'a','image':'1','tty':true}]}"
     "}",
     "{'spec':{'containers':[{'name':'a','image':'2','tty':true},{'name':'injected','image':'x'}]}"
     "}"},
    {"a container is dropped", "Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
     "{'spec':{'containers':[{'name':'a'}]}}",
     "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}}",
     "{'spec':{'containers':[{'name':'a'},{'name':'c'}]}}"},
    {"the manifest's order", "Pod", NULL, "{'spec':{'containers':[{'name':'b'},{'name':'a'}]}}",
     "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
     "{'spec':{'containers':[{'name':'b'},{'name':'a'}]}}"},
    {"env by name", "Pod",
     "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'1'}]}"
     "]}}",
     "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'2'}]}]}}",
     "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'1'},{"
     "'name':'Z','value':'1'}]}]}}",
     "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'2'},{'name':'Z','value':'1'}]}"
     "]}}"},
    {"ports by port and protocol", "Pod",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP'},{'"
     "containerPort':53}]}]}}",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP','name':'dns'"
     "},{'containerPort':53}]}]}}",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP'},{'"
     "containerPort':53,'protocol':'TCP','hostPort':1}]}]}}",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP','name':'dns'"
     "},{'containerPort':53,'protocol':'TCP','hostPort':1}]}]}}"},
    {"a port of the other protocol is dropped", "Service",
     "{'spec':{'ports':[{'port':53,'protocol':'UDP'},{'port':53}]}}",
     "{'spec':{'ports':[{'port':53,'protocol':'UDP'}]}}",
     "{'spec':{'ports':[{'port':53,'protocol':'UDP'},{'port':53,'protocol':'TCP'}]}}",
     "{'spec':{'ports':[{'port':53,'protocol':'UDP'}]}}"},
    {"finalizers are a set", "Pod", "{'metadata':{'finalizers':['a','b']}}",
     "{'metadata':{'finalizers':['b']}}", "{'metadata':{'finalizers':['a','b','c']}}",
     "{'metadata':{'finalizers':['b','c']}}"},
    {"atomic lists are replaced", "Pod", "{'spec':{'tolerations':[{'key':'a'}]}}",
     "{'spec':{'tolerations':[{'key':'b'}]}}", "{'spec':{'tolerations':[{'key':'a'},{'key':'z'}]}}",
     "{'spec':{'tolerations':[{'key':'b'}]}}"},
    {"command is replaced", "Pod", NULL, "{'spec':{'containers':[{'name':'a','command':['x']}]}}",
     "{'spec':{'containers':[{'name':'a','command':['y','z']}]}}",
     "{'spec':{'containers':[{'name':'a','command':['x']}]}}"},
    {"structs are entered, also atomic ones", "Pod", NULL, "{'spec':{'nodeSelector':{'a':'1'}}}",
     "{'spec':{'nodeSelector':{'b':'2'}}}", "{'spec':{'nodeSelector':{'a':'1','b':'2'}}}"},
    {"a volume's source is replaced", "Pod", "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c'}}]}}",
     "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c'}}]}}"},
    {"also when somebody else set it", "Pod", NULL,
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c'}}]}}",
     "{'spec':{'volumes':[{'name':'v','hostPath':{'path':'/x'}}]}}",
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c'}}]}}"},
    {"inside of a source defaults are kept", "Pod", NULL,
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c'}}]}}",
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c','defaultMode':420}}]}}",
     "{'spec':{'volumes':[{'name':'v','configMap':{'name':'c','defaultMode':420}}]}}"},
    {"strategy keeps the manifest's keys only", "Deployment", NULL,
     "{'spec':{'strategy':{'type':'Recreate'}}}",
     "{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}",
     "{'spec':{'strategy':{'type':'Recreate'}}}"},
    {"a type changes", "Pod", NULL, "{'spec':{'containers':[{'name':'a'}]}}",
     "{'spec':{'containers':'none'}}", "{'spec':{'containers':[{'name':'a'}]}}"},
    {"config data", "ConfigMap", "{'data':{'a':'1','b':'1'}}", "{'data':{'a':'2'}}",
     "{'data':{'a':'1','b':'1','c':'1'}}", "{'data':{'a':'2','c':'1'}}"},
    {"custom resources: structs are entered", NULL, "{'spec':{'a':{'x':1,'y':1}}}",
     "{'spec':{'a':{'x':2}}}", "{'spec':{'a':{'x':1,'y':1,'z':1}},'status':{'s':1}}",
     "{'spec':{'a':{'x':2,'z':1}},'status':{'s':1}}"},
    {"custom resources: lists are replaced", NULL, "{'spec':{'containers':[{'name':'a'}]}}",
     "{'spec':{'containers':[{'name':'b'}]}}",
     "{'spec':{'containers':[{'name':'a'},{'name':'c'}]}}",
     "{'spec':{'containers':[{'name':'b'}]}}"},
};

static json_object *parse(const char *text)
{
	char copy[1024];
	if (!text)
		return NULL;
	ck_assert_uint_lt(strlen(text), sizeof(copy));
	strcpy(copy, text);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	json_object *tree = json_tokener_parse(copy);
	ck_assert_msg(tree != NULL, "%s", text);
	return tree;
}

START_TEST(test_row)
{
	const struct row *row = &rows[_i];
	const korch_kind *kind = row->kind ? korch_kind_find(row->kind) : NULL;
	json_object *last = parse(row->last);
	json_object *wanted = parse(row->wanted);
	json_object *live = parse(row->live);
	json_object *expected = parse(row->merged);
	json_object *merged = NULL;
	ck_assert(!row->kind || kind);
	ck_assert_int_eq(korch__merge_apply(&merged, kind ? kind->type : NULL, last, wanted, live), 0);
	ck_assert_msg(json_object_equal(merged, expected), "%s: %s", row->title,
	              json_object_to_json_string(merged));
	json_object_put(last);
	json_object_put(wanted);
	json_object_put(live);
	json_object_put(expected);
	json_object_put(merged);
}
END_TEST

START_TEST(test_depth)
{
	json_object *deep = json_object_new_int(1);
	for (int i = 0; i < 600; i++) {
		json_object *outer = json_object_new_object();
		json_object_object_add(outer, "a", deep);
		deep = outer;
	}
	json_object *merged = NULL;
	ck_assert_int_eq(korch__merge_apply(&merged, NULL, NULL, deep, deep), KORCH_E_LIMIT);
	ck_assert_ptr_null(merged);
	json_object_put(deep);
}
END_TEST

KORCH_SUITE(merge)
{
	Suite *suite = suite_create("merge");
	TCase *table = tcase_create("rows");
	tcase_add_loop_test(table, test_row, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, table);
	KORCH_CASE(suite, "limits", test_depth);
	return suite;
}
