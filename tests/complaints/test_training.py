"""Suggestion models: learned from earlier letters, measured on later ones, on only when better."""

import io
import pickle

import numpy as np
import pytest
from django.utils import timezone

from accounts.jobs import job_run
from accounts.models import Job
from complaints.classifier import SIZE, Classifier, ModelBroken, features, grams, place
from complaints.fitting import BATCH, _batches, fit
from complaints.models import Letter, SuggestionModel
from complaints.selectors.suggestions import latest_models, model_of, suggestions_for
from complaints.selectors.training import MINIMUM, decided, suggestions_page
from complaints.services.training import models_train, training_request
from complaints.tasks import letters_train
from outlets.months import Month
from tests.complaints.generated import TOLD, make_decided, texts
from tests.complaints.letters import make_letter

COUNT = 300


def quiet(_percent, _message):
    pass


@pytest.fixture
def units(org):
    """Two outlets with nicknames that are no names of theirs."""
    for unit, nickname in ((org.a1, "钟楼边上那家"), (org.b2, "菜市场对面那家")):
        unit.district = nickname
        unit.save()
    return [org.a1, org.b2]


def train(org):
    return models_train(branch_id=org.branch.pk, progress=quiet)


# Features and fitting


def test_features_are_the_same_everywhere_and_of_length_one():
    assert place("投诉") == 64035
    assert set(grams("投诉 138****5678！")) == {"投", "诉", "投诉", "！"}
    places, values = features("柜员态度生硬")
    assert list(places) == sorted(set(places))
    assert float((values**2).sum()) == pytest.approx(1)
    assert features("")[0].size == 0


def test_fitting_learns_and_repeats_itself_exactly():
    letters = texts(1200)
    model = fit(lambda: letters[:900], list(TOLD))
    right, total = model.accuracy(letters[900:])
    assert total == 300
    assert right > 290
    again = fit(lambda: letters[:900], list(TOLD))
    assert again.to_bytes() == model.to_bytes()


def test_two_labels_share_a_row_and_part_again():
    letters = [one for one in texts(800) if one[1] in {"PRAISE", "INQUIRY"}]
    model = fit(lambda: letters, ["PRAISE", "INQUIRY"])
    assert model.weights.shape == (2, SIZE)
    assert model.predict("追出来还钱包，笑脸相迎").label == "PRAISE"
    said = model.predict("工资哪天到，何时到期")
    assert said.label == "INQUIRY"
    assert 0.5 < said.confidence <= 1
    assert said.grams
    assert all(gram in "工资哪天到，何时到期" for gram in said.grams)


def test_letters_are_taken_a_batch_at_a_time():
    rows = [rows.shape[0] for rows, _ in _batches(iter(texts(2 * BATCH + 5)), set(TOLD))]
    assert rows == [BATCH, BATCH, 5]


# Storing


def test_a_model_is_an_npz_that_never_runs_anything(tmp_path):
    model = fit(lambda: texts(300), list(TOLD))
    data = model.to_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        assert sorted(file.files) == ["format", "labels", "offsets", "weights"]
    assert Classifier.from_bytes(data).to_bytes() == data
    ran = tmp_path / "ran"

    class Bomb:
        def __reduce__(self):
            return (open, (str(ran), "w"))

    file = io.BytesIO()
    np.savez(file, labels=np.array([Bomb()], dtype=object))
    for broken in (file.getvalue(), pickle.dumps(Bomb()), b"", b"PK", data[:-100]):
        with pytest.raises(ModelBroken):
            Classifier.from_bytes(broken)
    assert not ran.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"weights": np.zeros((2, 5), np.float16)},
        {"offsets": np.zeros(3, np.float32)},
        {"labels": np.array([1, 2])},
        {"format": np.array(9)},
    ],
)
def test_a_file_of_another_shape_is_no_model(changed):
    parts = {
        "format": np.array(1),
        "labels": np.array(["A", "B"]),
        "weights": np.zeros((2, SIZE), np.float16),
        "offsets": np.zeros(2, np.float32),
    }
    file = io.BytesIO()
    np.savez(file, **parts | changed)
    with pytest.raises(ModelBroken):
        Classifier.from_bytes(file.getvalue())


# Training on a branch's letters


@pytest.mark.django_db
def test_models_that_beat_the_patterns_are_on_and_suggest(org, units):
    make_decided(org.branch, COUNT, units)
    make_decided(org.other, 20, [org.other])
    assert train(org) == {"KIND": "已启用", "UNIT": "已启用", "CAUSE": "已启用"}
    kind = SuggestionModel.objects.get(target="KIND")
    assert (kind.letters, kind.held_out) == (240, 60)
    assert kind.accuracy > kind.baseline
    assert not SuggestionModel.objects.filter(branch=org.other).exists()
    letter = make_letter(branch=org.branch, body="把单子扔出来，甩脸色，菜市场对面那家")
    found = suggestions_for(letter)
    assert found.first("kind").value == "COMPLAINT"
    assert found.first("kind").reason.startswith("与本行以往来信最相近（")
    assert found.first("unit").value == str(org.b2.pk)
    assert any(part.label for part in found.segments)


@pytest.mark.django_db
def test_a_model_that_does_not_beat_the_patterns_stays_off(org, units):
    make_decided(org.branch, COUNT, units, plain=True)
    assert train(org)["KIND"] == "未超过模式，不启用"
    kind = SuggestionModel.objects.get(target="KIND")
    assert kind.baseline == 1
    assert not kind.is_on
    letter = make_letter(branch=org.branch, body="我要投诉")
    assert suggestions_for(letter).first("kind").reason == "文中有“投诉”"


@pytest.mark.django_db
def test_it_is_measured_on_the_later_letters_it_has_not_seen(org, units):
    make_decided(org.branch, COUNT, units)
    latest = Letter.objects.order_by("-received_at").values("pk")[:60]
    Letter.objects.filter(pk__in=list(latest.values_list("pk", flat=True))).update(
        kind="SUGGESTION", text="从未见过的说法"
    )
    train(org)
    kind = SuggestionModel.objects.get(target="KIND")
    assert kind.held_out == 60
    assert kind.accuracy == 0
    letters = decided(org.branch.pk, "KIND")
    assert {text for text, _ in letters.later()} == {"从未见过的说法"}
    assert "从未见过的说法" not in {text for text, _ in letters.earlier()}


@pytest.mark.django_db
def test_too_few_letters_say_so(org, units):
    make_decided(org.branch, MINIMUM - 1, units)
    assert train(org)["KIND"] == f"只有{MINIMUM - 1}封已定的来信，满{MINIMUM}封才训练"
    assert not SuggestionModel.objects.exists()
    (standing, *_) = suggestions_page(org.branch).standings
    assert (standing.missing, standing.is_on) == (1, False)


@pytest.mark.django_db
def test_letters_all_alike_teach_nothing(org, units):
    make_decided(org.branch, MINIMUM, units[:1])
    assert train(org)["UNIT"] == "以往来信都相同，无从训练"


@pytest.mark.django_db
def test_only_decided_letters_whose_text_is_there_are_learned_from(org, units):
    make_decided(org.branch, 10, units)
    rows = list(Letter.objects.filter(branch=org.branch))
    for letter, columns in zip(
        rows,
        [
            {"state": "RECEIVED"},
            {"state": "MERGED"},
            {"redacted_at": timezone.now()},
            {"cause": ""},
        ],
        strict=False,
    ):
        Letter.objects.filter(pk=letter.pk).update(**columns)
    assert decided(org.branch.pk, "KIND").count == 7
    assert decided(org.branch.pk, "CAUSE").count == 6


@pytest.mark.django_db
def test_training_again_gives_the_same_and_keeps_one_set_of_weights(org, units):
    make_decided(org.branch, COUNT, units)
    train(org)
    before = bytes(SuggestionModel.objects.get(target="KIND").weights)
    train(org)
    old, new = SuggestionModel.objects.filter(target="KIND").order_by("pk")
    assert bytes(new.weights) == before
    assert bytes(old.weights) == b""
    assert (old.accuracy, old.baseline) == (new.accuracy, new.baseline)
    assert [one.pk for one in latest_models(org.branch.pk) if one.target == "KIND"] == [new.pk]


@pytest.mark.django_db
def test_a_model_emptied_meanwhile_leaves_the_words(org, units):
    make_decided(org.branch, COUNT, units)
    train(org)
    SuggestionModel.objects.update(weights=b"")
    letter = make_letter(branch=org.branch, body="我要投诉")
    model_of.cache_clear()
    assert suggestions_for(letter).first("kind").reason == "文中有“投诉”"


@pytest.mark.django_db
def test_constant_queries_however_many_units_and_people(org, units, django_assert_num_queries):
    letter = make_letter(branch=org.branch)
    with django_assert_num_queries(3):
        suggestions_for(letter)


@pytest.mark.django_db(transaction=True)
def test_the_job_trains_and_says_what_became_of_it(org, cast, units):
    make_decided(org.branch, COUNT, units)
    month = Month.of(timezone.localdate())
    job = training_request(branch=org.branch, month=month, actor=cast.service_office)
    assert training_request(branch=org.branch, month=month, actor=cast.service_office) == job
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["models"]["KIND"]) == ("DONE", "已启用")


@pytest.mark.django_db
def test_the_schedule_asks_once_a_month_for_every_branch(org):
    letters_train()
    letters_train()
    assert Job.objects.filter(kind="letters_train").count() == 2
