"""Event files, read back by TensorBoard 2.21.0 and by our own source."""

from pathlib import Path

from tests.trackers.conformance import TrackerConformance


class TestTensorBoard(TrackerConformance):
    name, place, tolerance = "tensorboard", "runs/mine/tensorboard", 1e-7

    def history(self):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        found = {}
        for path in Path(self.place).glob("*/events*"):
            events = EventAccumulator(str(path), size_guidance={"scalars": 0}).Reload()
            tags = events.Tags()["scalars"]
            found[path.name.split(".")[4]] = {tag: [e.value for e in events.Scalars(tag)] for tag in tags}
            assert all(events.Scalars(t)[0].step == 1 for t in tags if t.startswith("history/"))
        return found

    def midst(self):
        from tensorboard.summary.writer.record_writer import RecordWriter

        return RecordWriter, "write"

    def test_the_plugin_shows_flags_as_flags_and_failures_as_such(self):
        from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
        from tensorboard.context import RequestContext
        from tensorboard.plugins.base_plugin import TBContext
        from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

        self.send()
        runs = plugin_event_multiplexer.EventMultiplexer()
        runs.AddRunsFromDirectory(self.place).Reload()
        provider = data_provider.MultiplexerDataProvider(runs, self.place)
        context = backend_context.Context(TBContext(data_provider=provider, logdir=self.place))
        experiment = get_experiment.Handler(
            RequestContext(), context, "", api_pb2.GetExperimentRequest()
        ).run()
        shown = {info.name: info for info in experiment.hparam_infos}
        assert shown.keys() == self.runs()[0].flags.keys()
        assert [value.bool_value for value in shown["norm"].domain_discrete.values] == [False, True]
        measured = {info.name.tag for info in experiment.metric_infos}
        assert measured == {"loss", "acc", "seconds", "history/loss", "history/up"}
        states = [api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE]
        asked = api_pb2.ListSessionGroupsRequest(allowed_statuses=states, start_index=0, slice_size=100)
        found = list_session_groups.Handler(RequestContext(), context, "", asked).run().session_groups
        failed = [g for g in found if g.sessions[0].status == api_pb2.STATUS_FAILURE]
        assert (len(found), len(failed)) == (12, 1)
        assert failed[0].hparams["norm"].bool_value is True
        assert failed[0].sessions[0].monitor_url.endswith("runs/mine/report/index.html")
